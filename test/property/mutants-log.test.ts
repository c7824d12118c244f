/** Every mutant of Multi-Paxos is caught, and what is harmless is not. (support/mutant-tests.ts) */
import { testMutants } from '../support/mutant-tests.ts';

testMutants('multipaxos');
