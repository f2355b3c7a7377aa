export { endorsementsFromDirectory } from './directory.ts';
export { endorsementsJson, parseEndorsements, readEndorsements } from './json.ts';
