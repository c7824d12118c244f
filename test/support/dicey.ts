/** Paxos that breaks the rule of every protocol: now and then what it does depends on more than its state and its input. */
import { paxos } from '../../src/protocol/paxos/paxos.ts';
import type { AnyProtocol } from '../../src/protocol/protocol.ts';

export const dicey: AnyProtocol = {
  ...paxos,
  step(state, input) {
    const effects = paxos.step(state, input);
    return input.type === 'timer' ? [...effects, { type: 'note', text: `rolled ${Math.random()}` }] : effects;
  },
};
