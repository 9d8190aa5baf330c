// pure

/** One exact text in one file, once, and what stands there instead. */
export type Change = { readonly file: string; readonly find: string; readonly replace: string };

/** A bug that is planted in the code of a party before it is loaded. */
export type PlantedBug = {
  readonly name: string;
  /** One of the ten mutations of the protocol (spec/model). */
  readonly isMutation?: boolean;
  readonly what: string;
  readonly changes: readonly Change[];
};

/** A change of one file of the repository. */
export const change = (file: string, find: string, replace: string): Change => ({
  file,
  find,
  replace,
});
