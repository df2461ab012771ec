// The component of each screen. Every one takes the id of its path, 0 where there is none.

import type { Component } from 'svelte'
import type { RouteName } from '../lib/router'
import Competition from './Competition.svelte'
import Competitions from './Competitions.svelte'
import Corrections from './Corrections.svelte'
import Days from './Days.svelte'
import Alarms from './Alarms.svelte'
import Desk from './Desk.svelte'
import Emergency from './Emergency.svelte'
import EndOfDay from './EndOfDay.svelte'
import Journal from './Journal.svelte'
import Labels from './Labels.svelte'
import Login from './Login.svelte'
import Password from './Password.svelte'
import RecordScreen from './Record.svelte'
import Scanners from './Scanners.svelte'
import Search from './Search.svelte'
import Settings from './Settings.svelte'
import Setup from './Setup.svelte'
import Tender from './Tender.svelte'
import Tenders from './Tenders.svelte'
import Users from './Users.svelte'
import Verify from './Verify.svelte'

export const screens: Readonly<Record<RouteName, Component<{ id: number }>>> = {
  desk: Desk, search: Search, record: RecordScreen, labels: Labels, endofday: EndOfDay, verify: Verify, alarms: Alarms, corrections: Corrections, tenders: Tenders, tender: Tender, competitions: Competitions, competition: Competition, emergency: Emergency, days: Days, journal: Journal, settings: Settings, scanners: Scanners, users: Users, password: Password,
  login: Login, setup: Setup,
}
