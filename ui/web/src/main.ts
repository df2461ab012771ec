import { mount } from 'svelte'
import App from './App.svelte'
import { speakItalian } from './lib/validity'
import './styles/main.scss'

const target = document.getElementById('app')
if (!target) {
  throw new Error('index.html has no element #app')
}

speakItalian(window)

export default mount(App, { target })
