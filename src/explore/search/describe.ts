/** A way through the states, in words. */
import { nameOf } from '../../protocol/protocol.ts';
import type { Locals } from './locals.ts';
import type { Step } from './search.ts';

/** One line for each step. */
export function describeSteps({ labels, model }: Locals, steps: readonly Step[]): string[] {
  const { protocol, nodes } = model;
  return steps.map(({ place, label: number, crash }) => {
    const node = nameOf(nodes[place]!);
    const label = labels[number]!;
    const after = crash === null ? '' : `, and crashes ${placeText(crash.point, crash.input)}; it comes up again`;
    switch (label.type) {
      case 'message':
        return `${node} hears from ${nameOf(label.from)}, which ${protocol.describe(label.message)}${after}`;
      case 'request':
        return `${node} is asked for ${JSON.stringify(label.ask.value)}${after}`;
      case 'timer':
        return `${node} finds that it is time for the ${protocol.describeTimer(label.name)}${after}`;
      case 'crash':
        return `${node} crashes, and comes up again`;
      default:
        return `${node} comes up`;
    }
  });
}

function placeText(point: 'before-step' | 'after-save', input: number): string {
  if (point === 'before-step') return 'before it hears what it has told itself';
  return input === 0 ? 'when it has saved that, before it tells anybody' : 'when it has saved what it told itself, before it tells anybody';
}
