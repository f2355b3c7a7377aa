import { collateralAgeExplanations } from '../policy/explanations.ts';
import { authenticExplanations } from './authentic-explanations.ts';
import { platformExplanations } from './platform-explanations.ts';

/** What the checks of reports and their endorsements mean, and what to do when they fail. */
export const snpExplanations = {
  ...authenticExplanations,
  ...platformExplanations,
  ...collateralAgeExplanations,
} as const;
