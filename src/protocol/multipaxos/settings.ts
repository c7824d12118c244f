/** What a person can set of Multi-Paxos while it runs. The quorums and the load of the clients have panels of their own. */
import type { NumberRange, SettingGroup } from '../settings.ts';

/** Shortest and longest times that a slider goes to, µs. */
const TIME_MIN = 1_000;
const TIME_MAX = 60_000_000;

function time(label: string, meaning: string): NumberRange {
  return { type: 'number', label, unit: 'µs', min: TIME_MIN, max: TIME_MAX, meaning };
}

export const settings: readonly SettingGroup[] = [
  {
    title: 'Reads',
    fields: {
      reads: {
        type: 'choice',
        label: 'A get is answered',
        choices: [
          { value: 'log', label: 'Log', meaning: 'Like every other operation: it takes a slot of the log.' },
          {
            value: 'quorum',
            label: 'Quorum',
            meaning: 'The leader asks a quorum whether it still leads, and answers from its own table once it has applied what was chosen by then.',
          },
          {
            value: 'lease',
            label: 'Lease',
            meaning: 'The leader answers at once while a quorum has promised to promise nobody else.',
            unsafe: 'Right only while no clock is further off than the clock drift says.',
          },
          {
            value: 'local',
            label: 'Local',
            meaning: 'The server that was asked answers from its own table.',
            unsafe: 'What it answers may be old: a server that was cut off does not know what was chosen since.',
          },
        ],
        meaning: 'How servers answer a read, unless the client asks for it in another way.',
      },
      lease: {
        ...time('Lease', 'For how long a server promises, by its own clock, to follow nobody else.'),
        when: { field: 'reads', is: ['lease'] },
      },
      clockDrift: {
        type: 'number',
        label: 'Clock drift',
        unit: 'share',
        min: 0,
        max: 0.5,
        meaning: 'By how much two clocks are trusted to differ at most: the leader counts its lease as shorter by it.',
        when: { field: 'reads', is: ['lease'] },
      },
    },
  },
  {
    title: 'Leader',
    fields: {
      heartbeat: time('Heartbeat', 'How often a leader is heard of when it has nothing to say.'),
      electionMin: time('Patience at least', 'A server that hears of no leader for a time between this and the next campaigns. Drawn anew each time, so that two rarely campaign at once.'),
      electionMax: time('Patience at most', 'A server that hears of no leader for this long has surely begun to campaign.'),
    },
  },
  {
    title: 'Log',
    fields: {
      window: {
        type: 'number',
        label: 'Window',
        unit: 'count',
        min: 1,
        max: 1024,
        meaning: 'Slots that may be in flight at once: nothing is proposed in slot s before slot s − window is applied. A change of members holds so many slots later.',
        fixed: 'From the window every server tells from which slot a change of members holds, so it stays for the whole run. Choose another when you begin one.',
      },
      retryAfter: time('Ask again after', 'How long a prepare, an accept or a question goes unanswered before it is sent again.'),
      tellAtOnce: {
        type: 'flag',
        label: 'Tell at once what is chosen',
        meaning: 'The leader tells the others as soon as a slot is chosen. Off: with its next message, which saves one each and lets them lag.',
      },
    },
  },
  {
    title: 'Requests',
    fields: {
      followers: {
        type: 'choice',
        label: 'A server that does not lead',
        choices: [
          { value: 'forward', label: 'Forwards', meaning: 'Passes the request on to the leader.' },
          { value: 'refuse', label: 'Refuses', meaning: 'Tells the client whom to ask.' },
        ],
        meaning: 'What it does with the request of a client.',
      },
      clientTimeout: time('A client waits', 'How long it waits for an answer before it asks another server, with the same sequence number.'),
    },
  },
  {
    title: 'Snapshots',
    fields: {
      snapshotEvery: {
        type: 'number',
        label: 'Every so many slots',
        unit: 'count',
        min: 0,
        max: 10_000,
        meaning: 'When so many slots were applied since the last, a server saves its tables and lets the log before them go. 0: never.',
      },
      snapshotKeep: {
        type: 'number',
        label: 'Slots kept before it',
        unit: 'count',
        min: 0,
        max: 10_000,
        meaning: 'For servers that lag only a little: they need not be sent all tables.',
      },
    },
  },
];
