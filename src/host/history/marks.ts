/** What is marked on the timeline, from the events as they happen and from the commands. */
import type { JournalEntry } from '../../cluster/commands.ts';
import type { RunEvent } from '../../cluster/events.ts';
import type { Mark, MarkKind } from '../../cluster/timeline.ts';
import type { World } from '../../cluster/world.ts';
import { nodeFaults } from '../../network/faults/registry.ts';
import type { AnyProtocol, NodeId } from '../../protocol/protocol.ts';

/** The mark of an event, if it has one; `world` is the world before it. */
export function markOf(protocol: AnyProtocol, world: World, event: RunEvent): Mark | null {
  const mark = (kind: MarkKind, node: NodeId | null, text: string): Mark => {
    return { seq: event.seq, at: event.at, kind, node, text };
  };
  switch (event.type) {
    case 'chosen': {
      const known = world.chosen.get(event.slot);
      if (known === undefined) {
        if (event.slot <= world.chosenLetGo) return null;
        return mark('chosen', event.node, `"${event.value}" is chosen in ${protocol.slotName} ${event.slot}`);
      }
      if (known.value === event.value || known.conflict !== null) return null;
      const both = `"${known.value}" and "${event.value}"`;
      return mark('conflict', event.node, `two values are chosen in ${protocol.slotName} ${event.slot}: ${both}`);
    }
    case 'crash':
      return mark('crash', event.node, `n${event.node} crashed${event.error === '' ? '' : `: ${event.error}`}`);
    case 'start':
      return event.disk === 'new' ? null : mark('restart', event.node, `n${event.node} restarted`);
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
      return mark('fault', event.node, `n${event.node} ${what}`);
    }
    case 'network':
      return mark('command', null, 'the network was changed');
    case 'link':
      return mark('command', null, `the link n${event.from} → n${event.to} was changed`);
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

/** The mark of a command, if it has one of its own: those whose events are marked have none. */
export function markOfCommand({ seq, at, command, refused }: JournalEntry): Mark | null {
  if (refused !== undefined) return null;
  const mark = (node: NodeId | null, text: string): Mark => ({ seq, at, kind: 'command', node, text });
  switch (command.type) {
    case 'propose':
      return mark(command.node, `n${command.node} was asked to propose`);
    case 'crash':
      if (command.point === 'now') return null;
      return mark(command.node, `n${command.node} is to crash ${pointText[command.point]}`);
    case 'packet':
      return mark(null, `packet ${command.packet}: ${actionText[command.action]}`);
    case 'fire':
      return mark(command.node, `a timer of n${command.node} was fired`);
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
