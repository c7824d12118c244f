/** What is marked on the timeline, from the events as they happen and from the commands. */
import type { JournalEntry } from '../../cluster/commands.ts';
import type { RunEvent } from '../../cluster/events.ts';
import type { Mark, MarkKind } from '../../cluster/timeline.ts';
import type { World } from '../../cluster/world.ts';
import { nodeFaults } from '../../network/faults/registry.ts';
import { formatBallot } from '../../protocol/ballot.ts';
import { nameOf, type AnyProtocol, type NodeId, type ValueSort } from '../../protocol/protocol.ts';

/** The mark of an event, if it has one; `world` is the world before it. */
export function markOf(protocol: AnyProtocol, world: World, event: RunEvent): Mark | null {
  const mark = (kind: MarkKind, node: NodeId | null, text: string): Mark => {
    return { seq: event.seq, at: event.at, kind, node, text };
  };
  switch (event.type) {
    case 'chosen': {
      const known = world.chosen.get(event.slot);
      if (known === undefined) {
        if (event.slot <= world.chosenLetGo || !isMarked(protocol, world, event.sort)) return null;
        return mark('chosen', event.node, `"${event.value}" is chosen in ${protocol.slotName} ${event.slot}`);
      }
      if (known.value === event.value || known.conflict !== null) return null;
      const both = `"${known.value}" and "${event.value}"`;
      return mark('conflict', event.node, `two values are chosen in ${protocol.slotName} ${event.slot}: ${both}`);
    }
    case 'lead':
      return event.on ? mark('leader', event.node, `${nameOf(event.node)} leads with ${formatBallot(event.ballot)}`) : null;
    case 'members': {
      // Whoever learns of it first.
      if (world.members !== null && event.slot <= world.members.slot) return null;
      const members = event.members.map(nameOf).join(' ');
      return mark('members', event.node, `from ${protocol.slotName} ${event.slot} on the acceptors are ${members}`);
    }
    case 'violation':
      return mark('violation', null, `${event.check} is violated: ${event.text}`);
    case 'added':
      return mark('command', event.node, `${nameOf(event.node)} was added`);
    case 'removed':
      return mark('command', event.node, `${nameOf(event.node)} was taken away`);
    case 'crash':
      return mark('crash', event.node, `${nameOf(event.node)} crashed${event.error === '' ? '' : `: ${event.error}`}`);
    case 'start':
      return event.disk === 'new' ? null : mark('restart', event.node, `${nameOf(event.node)} restarted`);
    case 'partition':
      return event.groups.length > 1
        ? mark('cut', null, `the network is parted into ${event.groups.length} groups`)
        : mark('heal', null, 'the network is whole again');
    case 'cut':
      return mark('cut', null, `${directions(event.links.length)} cut`);
    case 'mend':
      return mark('heal', null, `${directions(event.links.length)} mended`);
    case 'fault': {
      const fault = nodeFaults.find(({ name }) => name === event.fault);
      const what = fault?.describe(event.settings) ?? `has the fault ${event.fault}`;
      return mark('fault', event.node, `${nameOf(event.node)} ${what}`);
    }
    case 'network':
      return mark('command', null, 'the network was changed');
    case 'link':
      return mark('command', null, `the link ${nameOf(event.from)} → ${nameOf(event.to)} was changed`);
    case 'hold':
      return mark('command', null, event.on ? 'hold mode was turned on' : 'hold mode was turned off');
    case 'client':
      return mark('command', null, `the client was ${event.settings.enabled ? 'changed' : 'turned off'}`);
    case 'configure':
      return mark('command', null, 'the protocol was configured anew');
    default:
      return null;
  }
}

/** In a log, where thousands of slots are chosen, only the first of a term of office stands out, and what is no command. */
function isMarked({ leaders }: AnyProtocol, { termBase, chosenCount }: World, sort: ValueSort): boolean {
  return !leaders || sort !== 'command' || chosenCount === termBase?.chosen;
}

/** The mark of a command, if it has one of its own: those whose events are marked have none. */
export function markOfCommand({ seq, at, command, refused }: JournalEntry): Mark | null {
  if (refused !== undefined) return null;
  const mark = (node: NodeId | null, text: string): Mark => ({ seq, at, kind: 'command', node, text });
  switch (command.type) {
    case 'propose':
      return mark(command.node, `${nameOf(command.node)} was asked to propose`);
    case 'crash':
      if (command.point === 'now') return null;
      return mark(command.node, `${nameOf(command.node)} is to crash ${pointText[command.point]}`);
    case 'request':
      return mark(command.node, `${nameOf(command.node)} was asked for something`);
    case 'packet':
      return mark(null, `packet ${command.packet}: ${actionText[command.action]}`);
    case 'fire':
      return mark(command.node, `a timer of ${nameOf(command.node)} was fired`);
    default:
      return null;
  }
}

const pointText = {
  'before-step': 'before its next step',
  'after-save': 'after its next save',
  'after-step': 'after its next step',
} as const;

const actionText = {
  hold: 'held',
  release: 'let go on',
  deliver: 'delivered by hand',
  drop: 'dropped',
  duplicate: 'duplicated',
  delay: 'delayed',
} as const;

function directions(count: number): string {
  return count === 1 ? 'one direction of a link was' : `${count} directions of links were`;
}
