/** What a person sees of a server. */
import { formatBallot, isBallot } from '../ballot.ts';
import { viewDatabase } from '../machine/database.ts';
import { getPaged } from '../paged.ts';
import type { ReplicaView, Role, SlotView, View } from '../protocol.ts';
import { nameOf } from '../protocol.ts';
import { textOf } from './command.ts';
import { configAt, mayLead, nodesOf, standingOf } from './members.ts';
import { waitingCount } from './queue.ts';
import type { ServerState } from './state.ts';

/** How many of the latest slots in the state machine are shown. */
const APPLIED_SHOWN = 8;

/** Most slots shown above those in the state machine, lowest first. */
const OPEN_SHOWN_MAX = 256;

const ALL_ROLES: readonly Role[] = ['proposer', 'acceptor', 'learner'];
const LEARNS: readonly Role[] = ['learner'];

export function viewServer(state: ServerState): View {
  return {
    roles: mayLead(state) ? ALL_ROLES : LEARNS,
    leading: state.mode === 'leader',
    status: statusOf(state),
    slots: slotsOf(state),
    replica: replicaOf(state),
  };
}

function statusOf(state: ServerState): string {
  const { term } = state;
  const waiting = waitingCount(state);
  const waits = waiting > 0 ? `, ${waiting} waiting` : '';
  if (term !== null && state.mode === 'candidate') return `phase 1 of ${formatBallot(term.ballot)}${waits}`;
  if (term !== null) return `leads with ${formatBallot(term.ballot)}, ${term.proposals.size} in flight${waits}`;
  const standing = standingOf(state);
  if (standing !== 'member') return standing;
  return state.leader === null ? `knows no leader${waits}` : `follows ${nameOf(state.leader.node)}`;
}

function replicaOf(state: ServerState): ReplicaView {
  const next = state.term?.next ?? state.applied + 1;
  return {
    standing: standingOf(state),
    promised: isBallot(state.promised) ? state.promised : null,
    leader: state.leader?.node ?? null,
    members: nodesOf(configAt(state, next).members),
    snapshot: state.edge,
    applied: state.applied,
    highest: state.highest,
    skipped: state.mode === 'leader' ? (state.term?.proposed ?? 0) : 0,
    database: viewDatabase(state.database),
  };
}

/** The latest slots in the state machine, and what is known of those above; ascending. */
function slotsOf(state: ServerState): SlotView[] {
  const first = Math.max(state.edge, state.applied - APPLIED_SHOWN) + 1;
  const last = Math.min(state.highest, state.applied + OPEN_SHOWN_MAX);
  const slots: SlotView[] = [];
  for (let slot = first; slot <= last; slot++) slots.push(slotView(state, slot));
  return slots;
}

function slotView(state: ServerState, slot: number): SlotView {
  const vote = getPaged(state.votes, slot);
  const known = getPaged(state.chosen, slot);
  const { term, promised } = state;
  const proposal = term?.proposals.get(slot);
  return {
    slot,
    promised: isBallot(promised) ? promised : null,
    accepted: vote ? { ballot: vote.ballot, value: textOf(vote.command) } : null,
    proposing:
      term && proposal
        ? {
            ballot: term.ballot,
            phase: 'accept',
            wanted: textOf(proposal.command),
            value: textOf(proposal.command),
            promises: [],
            accepts: proposal.voters.slice(),
          }
        : null,
    chosen: known ? { value: textOf(known.command), ballot: known.ballot } : null,
  };
}
