// The component of each screen. Every one takes the id of its path, 0 where there is none.

import type { Component } from 'svelte'
import type { RouteName } from '../lib/router'
import Desk from './Desk.svelte'
import Journal from './Journal.svelte'
import Labels from './Labels.svelte'
import Login from './Login.svelte'
import Password from './Password.svelte'
import RecordScreen from './Record.svelte'
import Search from './Search.svelte'
import Settings from './Settings.svelte'
import Setup from './Setup.svelte'
import Users from './Users.svelte'

export const screens: Readonly<Record<RouteName, Component<{ id: number }>>> = {
  desk: Desk, search: Search, record: RecordScreen, labels: Labels, journal: Journal, settings: Settings, users: Users, password: Password,
  login: Login, setup: Setup,
}
