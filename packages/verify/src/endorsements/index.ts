export { endorsementsFromDirectory } from './directory.ts';
export { endorsementsJson, parseEndorsements } from './json.ts';
