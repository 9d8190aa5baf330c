import { row } from './row.ts';

/** Files that are read into the books (spec/33-books.md). */
export const bookRejections = {
  'import-invalid': row(
    422,
    'never',
    'The file cannot be read as a statement.',
    '无法读取该对账文件。',
  ),
  'import-duplicate': row(422, 'never', 'The file holds an entry twice.', '文件中有重复的条目。'),
} as const;
