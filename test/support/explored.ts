/** An exhaustive search, gone through to its end. */
import type { ExploreRequest } from '../../src/explore/job.ts';
import { Exploration } from '../../src/explore/search/explore-job.ts';

export function explored(request: ExploreRequest): Exploration {
  const exploration = new Exploration(request);
  while (exploration.advance());
  return exploration;
}
