/** The theme of the generator without its web font. */
import theme from 'vitepress/theme-without-fonts';
import './style.css';

export default theme;
