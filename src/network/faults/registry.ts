/** The one list of link faults. The order is the order in which they judge a packet and stand in the panel. */
import { duplication } from './duplication.ts';
import type { LinkFault } from './fault.ts';
import { latency } from './latency.ts';
import { loss } from './loss.ts';

export const linkFaults: readonly LinkFault[] = [loss, latency, duplication];
