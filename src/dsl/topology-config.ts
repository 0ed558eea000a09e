/** What holds for a topology as a whole. */
export interface TopologyConfig {}
