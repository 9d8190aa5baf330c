import { join } from 'node:path';
import { defineConfig } from 'vite';

const web = join(import.meta.dirname, 'web');

/** Three pages, each with its own first load; nothing is inlined, so that the CSP can be strict. */
export default defineConfig({
  root: web,
  base: './',
  publicDir: join(web, 'public'),
  logLevel: 'warn',
  build: {
    outDir: join(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2024',
    rollupOptions: {
      input: {
        console: join(web, 'index.html'),
        pay: join(web, 'pay/index.html'),
        face: join(web, 'face/index.html'),
      },
    },
  },
});
