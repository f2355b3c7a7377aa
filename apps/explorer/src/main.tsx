import { render } from 'preact';
import { App } from './app.tsx';
import { restoreTheme } from './view/theme.ts';

restoreTheme();
const place = document.getElementById('app');
if (place) render(<App clock={() => new Date()} />, place);
