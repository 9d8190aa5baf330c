// The log of one issuer
export { openLog } from './log.ts';
export type { Log, LogConfig, ReadCommitments, TreeAt } from './log.ts';
export { SECRET_BYTES, createSalts } from './salts.ts';
export { CHECKPOINT_FILE } from './tile-files.ts';

// Its files, for those who serve them and those who read them from elsewhere
export { parseTilePath, tilePath } from './tile-path.ts';
export type { TileName } from './tile-path.ts';
export { TILE_WIDTH, nodeIn, tileFrom } from './tile.ts';
export type { Tile } from './tile.ts';

// Roots and paths out of nodes, wherever those are
export { consistencyPath, inclusionPath, rightEdge, tileOfNode, widthAt } from './paths.ts';
export type { NodeInTile, ReadNode, TileId } from './paths.ts';

// Those who watch a log from elsewhere
export { decideCheckpoint } from './decide-checkpoint.ts';
export type { CheckpointVerdict, MadeOfTiles } from './decide-checkpoint.ts';
export { readRemoteTree } from './remote-tree.ts';
export type { ReadLogFile } from './remote-tree.ts';
export { lookAtLog } from './witness.ts';
export type { Evidence, Look, WitnessParts } from './witness.ts';
