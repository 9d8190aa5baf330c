import { join } from 'node:path';
import { openDatabase } from '@coinbox/storage';
import { connectorText, readConnector } from './connector-json.ts';
import type { ConnectorState } from './step-connector.ts';

/** Where connectors outlive a restart. Owned by one server. */
export interface ConnectorStore {
  load(station: string, connector: number): ConnectorState;
  /** Durable when it returns. */
  save(station: string, connector: number, state: ConnectorState): void;
  /** A number that no transaction of OCPP 1.6 has had from here: 1, 2, 3 … */
  nextTransaction(): number;
  close(): void;
}

/** `cbcp`: a Coinbox provider's charge points. */
const APPLICATION_ID = 0x63626370;
const SCHEMA = `
  CREATE TABLE connector (
    station TEXT NOT NULL,
    connector INTEGER NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (station, connector)
  ) STRICT;
  CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
  INSERT INTO counter VALUES ('transaction', 0);
`;

/** Opens `ocpp.db` in a provider's folder. Faults: storage-failed, startup-unsafe. */
export function openConnectorStore(folder: string): ConnectorStore {
  const options = { schema: SCHEMA, applicationId: APPLICATION_ID, version: 1 };
  const database = openDatabase(join(folder, 'ocpp.db'), options);
  const find = database.prepare('SELECT state FROM connector WHERE station = ? AND connector = ?');
  const put = database.prepare(
    `INSERT INTO connector VALUES (?, ?, ?)
     ON CONFLICT (station, connector) DO UPDATE SET state = excluded.state`,
  );
  const count = database.prepare(
    "UPDATE counter SET value = value + 1 WHERE name = 'transaction' RETURNING value",
  );
  return {
    load(station, connector) {
      const row = find.get(station, connector);
      return readConnector(row?.['state'] as string | undefined);
    },
    save: (station, connector, state) => void put.run(station, connector, connectorText(state)),
    nextTransaction: () => Number(count.get()?.['value']),
    close: () => database.close(),
  };
}
