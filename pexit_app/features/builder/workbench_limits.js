// How much a pack may hold. The format says it (packs/definition.py); a test keeps the two the same.
export const MOST_SCENES = 40;
export const MOST_KNOBS = 60; // offered in one scene, those of the whole pack included
export const MOST_SAMPLES = 48;
export const MOST_OPTIONS = 12; // of a choice
export const MOST_BANDS = 12; // of a slider's words
export const MOST_SEES = 12; // rules of a text
export const MOST_KEYWORDS = 24; // in one of them, or refused
export const MOST_LETTERS = 2_000; // of a text
export const MOST_WORDS = 200;
