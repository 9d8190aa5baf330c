import { Fault } from '@coinbox/protocol';

/** What a page keeps in the browser: named boxes of things by their keys (IndexedDB). */
export interface Shelf {
  /** Everything in a box. */
  all<T>(box: string): Promise<T[]>;
  get<T>(box: string, key: string): Promise<T | undefined>;
  /** Puts several things at once, all or none, and resolves when they are on the disk. */
  put(things: readonly (readonly [box: string, key: string, thing: unknown])[]): Promise<void>;
}

const asked = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Fault('storage-failed', 'the browser store', request.error));
  });

/** Opens the store of this origin; makes what is missing. Fault storage-failed. */
export async function openShelf(name: string, boxes: readonly string[]): Promise<Shelf> {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => {
    for (const box of boxes) opening.result.createObjectStore(box);
  };
  const database = await asked(opening);
  const read = (box: string): IDBObjectStore => database.transaction(box).objectStore(box);
  return {
    all: (box) => asked(read(box).getAll()),
    get: (box, key) => asked(read(box).get(key)),
    put(things) {
      const durability = { durability: 'strict' } as const;
      const names = [...new Set(things.map(([box]) => box))];
      const writing = database.transaction(names, 'readwrite', durability);
      for (const [box, key, thing] of things) writing.objectStore(box).put(thing, key);
      return new Promise((resolve, reject) => {
        const failed = () =>
          reject(new Fault('storage-failed', 'the browser store', writing.error));
        writing.oncomplete = () => resolve();
        writing.onerror = failed;
        writing.onabort = failed;
      });
    },
  };
}
