import { collateralExplanations } from './collateral-explanations.ts';
import { platformExplanations } from './platform-explanations.ts';
import { quoteExplanations } from './quote-explanations.ts';

/** What the checks of quotes and their collateral mean, and what to do when they fail. */
export const dcapExplanations = { ...quoteExplanations, ...collateralExplanations, ...platformExplanations } as const;
