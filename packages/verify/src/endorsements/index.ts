export { endorsementsFromDirectory } from './directory.ts';
export { endorsementsJson, parseEndorsements } from './json.ts';
export { collateralFromPcs, type PcsAnswer, type PcsAnswers } from './pccs.ts';
