/** All that the window, main and the command line may know of the engine. The renderer imports nothing else of src. */
export * from './contract.ts';
export * from './checks.ts';
export * from '../cluster/frames.ts';
export * from '../cluster/timeline.ts';
export type { RunSize } from '../explore/job.ts';
export { explorable, explorableHere, EXPLORE_NODES_MAX } from '../explore/search/explorable.ts';
export * from './format.ts';
export * from './lab.ts';
export * from './log.ts';
export { formatBallot, compareBallots, sameBallot, type Ballot } from '../protocol/ballot.ts';
export {
  checkQuorum,
  describePhase,
  describeQuorums,
  describeSet,
  disjointPair,
  failuresSurvived,
  isQuorum,
  isSafe,
  isSatisfiable,
  majorityOf,
  minimalQuorums,
  missingFor,
  SETS_MAX,
  smallestQuorum,
  WEIGHT_MAX,
  type DisjointPair,
  type Phase,
  type QuorumSystem,
} from '../protocol/quorum.ts';
export { Reader } from '../protocol/codec.ts';
export {
  actorNamed,
  CLIENT_FIRST,
  CLIENTS_MAX,
  isClient,
  nameOf,
  NODES_MAX,
  NODES_MIN,
  ProtocolError,
  TEXT_LENGTH_MAX,
} from '../protocol/protocol.ts';
export {
  describeOperation,
  describeResult,
  isPersons,
  KEY_LENGTH_MAX,
  readModes,
  VALUE_LENGTH_MAX,
  type Operation,
  type OperationResult,
  type ReadMode,
} from '../protocol/machine/operation.ts';
export type {
  AnyProtocol,
  ClientView,
  DatabaseView,
  Inspection,
  Json,
  MessageKind,
  NodeId,
  ReplicaView,
  Role,
  SlotView,
  Standing,
  ValueSort,
  View,
} from '../protocol/protocol.ts';
export type { Choice, Flag, NumberRange, Setting, SettingGroup } from '../protocol/settings.ts';
export type { LoadConfig } from '../protocol/multipaxos/config.ts';
export { protocolNamed, protocols } from '../protocol/registry.ts';
export { mutantsOf, type Mutant } from '../protocol/mutants.ts';
export type { PartialOrder, Verdict } from '../check/linearizability/check.ts';
export type { FaultSpan } from '../check/linearizability/faults.ts';
export { historyText } from '../check/linearizability/file.ts';
export { historyBefore, type Call } from '../check/linearizability/history.ts';
export type { Linearization } from '../check/linearizability/linearization.ts';
export { drawPicture } from '../check/linearizability/picture/draw.ts';
export { barAt, layOut, placeOrder, type Bar, type Lane, type Order, type Picture } from '../check/linearizability/picture/layout.ts';
export type { Shape } from '../check/linearizability/picture/shapes.ts';
export { svgOf } from '../check/linearizability/picture/svg.ts';
export * as pictureView from '../check/linearizability/picture/view.ts';
export { countOf, objectsText, verdictText } from '../check/linearizability/sentences.ts';
export * from '../network/topology.ts';
export { completeNetwork, defaultNetwork, presets, type NetworkSettings, type Preset } from '../network/settings.ts';
export { cutFaults, faults, linkFaults, nodeFaults } from '../network/faults/registry.ts';
export { lossCauses } from '../network/packet.ts';
export { drawLatency, LATENCY_MAX_US } from '../network/faults/latency.ts';
export type {
  ChoiceField,
  CutFault,
  Fault,
  FaultSettings,
  Field,
  FieldValue,
  LinkFault,
  ListField,
  NodeFault,
  NumberField,
} from '../network/faults/fault.ts';
export * from '../cluster/world.ts';
export { isStep, type CrashPoint, type DiskAtStart, type EventType, type LossCause, type RunEvent } from '../cluster/events.ts';
export { readEvents } from '../cluster/event-log.ts';
export {
  clientDefaults,
  restartDisks,
  type ClientSettings,
  type Command,
  type PacketAction,
  type RestartDisk,
} from '../cluster/commands.ts';
export { actorsOf, type NodeInspection, type RunHeader } from '../cluster/run.ts';
