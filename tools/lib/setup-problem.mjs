/** Something on this machine has to be put right first: what the developer can do about it. */
export class SetupProblem extends Error {}
