/**
 * A protocol that does nothing but pass packets on: every packet that arrives is sent on to the next node. What is
 * measured with it is the way, not the work.
 */
import type { Effect, Input, NodeId, NodeSetup, Protocol } from '../../src/protocol/protocol.ts';

interface FloodConfig {
  /** Packets that each node sends at its start. */
  readonly packets: number;
}

interface FloodState {
  readonly node: NodeId;
  readonly nodes: readonly NodeId[];
  readonly config: FloodConfig;
  turn: number;
}

type FloodMessage = { readonly hop: number };

function pass(state: FloodState, hop: number): Effect<FloodMessage> {
  state.turn = (state.turn + 1) % (state.nodes.length - 1);
  const others = state.nodes.length;
  const to = state.nodes[(state.nodes.indexOf(state.node) + 1 + state.turn) % others]!;
  return { type: 'send', to, message: { hop } };
}

export const flood: Protocol<FloodState, FloodMessage, FloodConfig, null> = {
  name: 'flood',
  title: 'Flood',
  slotName: 'slot',
  messages: [{ name: 'packet', letter: 'F', shape: 'circle', family: 'other', meaning: 'A packet passed on.' }],
  config: (given) => given as FloodConfig,
  clients: 0,
  membership: false,
  leaders: false,
  proposers: () => [],
  init: (setup: NodeSetup<FloodConfig>) => ({ node: setup.node, nodes: setup.nodes, config: setup.config, turn: 0 }),
  fork: (state) => ({ ...state }),
  step(state, input: Input<FloodMessage, null>) {
    if (input.type === 'start') return Array.from({ length: state.config.packets }, () => pass(state, 0));
    return input.type === 'message' ? [pass(state, input.message.hop + 1)] : [];
  },
  view: () => ({ roles: [], leading: false, status: '', slots: [] }),
  memory: () => null,
  disk: () => null,
  kindOf: () => 0,
  // Padding first, so that the body has its length whatever the hop.
  encode(message, writer) {
    for (let i = 0; i < PAYLOAD_BYTES - 4; i++) writer.byte(0);
    for (let shift = 0; shift < 32; shift += 8) writer.byte((message.hop >>> shift) & 0xff);
  },
  decode(_, reader) {
    reader.skip(PAYLOAD_BYTES - 4);
    return { hop: reader.byte() | (reader.byte() << 8) | (reader.byte() << 16) | (reader.byte() << 24) };
  },
  request: () => null,
  propose: () => null,
  configure: () => null,
  describe: (message) => `hop ${message.hop}`,
  describeRequest: () => '',
  describeSaved: () => '',
  describeTimer: () => '',
};

/** Length of a packet's body: that of an `accepted` with a short value. */
export const PAYLOAD_BYTES = 16;
