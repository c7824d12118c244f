/** Every mutant of single-decree Paxos is caught, and what is harmless is not. (support/mutant-tests.ts) */
import { testMutants } from '../support/mutant-tests.ts';

testMutants('paxos');
