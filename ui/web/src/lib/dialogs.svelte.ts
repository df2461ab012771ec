// Which dialog of the desk is open. One at a time: a clerk never loses the way.

export type DialogName = 'none' | 'help' | 'delivery' | 'labels' | 'scan-settings' | 'profile-scanner' | 'stop-scan' | 'clock' | 'restore' | 'receipt' | 'expected' | 'unregistered' | 'misdelivered'

class Dialogs {
  open = $state<DialogName>('none')

  show(name: DialogName): void {
    this.open = name
  }

  close(): void {
    this.open = 'none'
  }
}

export const dialogs = new Dialogs()
