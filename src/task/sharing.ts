/**
 * Which state the records of a task share: `none`; `key`, what others of the same key have written, so that one of a key
 * starts when the one before is decided; `all`, what any has, so that one starts when all before are decided.
 */
export type Sharing = 'none' | 'key' | 'all';
