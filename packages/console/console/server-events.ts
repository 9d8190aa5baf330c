/** One server-sent event (WHATWG HTML §9.2): its `data`, as text. */
export type ServerEvent = { readonly id: string; readonly data: string };

/** Cuts a stream of text into its events; what is not whole yet waits for the next piece. */
export function createEventReader(): (piece: string) => readonly ServerEvent[] {
  let rest = '';
  return (piece) => {
    rest += piece.replaceAll('\r', '');
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    return blocks.map(readBlock).filter(({ data }) => data !== '');
  };
}

function readBlock(block: string): ServerEvent {
  let id = '';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const [name = '', ...words] = line.split(':');
    const value = words.join(':').replace(/^ /, '');
    if (name === 'id') id = value;
    if (name === 'data') data.push(value);
  }
  return { id, data: data.join('\n') };
}
