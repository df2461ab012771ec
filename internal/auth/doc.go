// Package auth judges passwords and sessions (R11.3, R11.4): argon2id hashes, the floor that a manual sets and the stricter
// defaults, lock after five errors, change at first login, the last eight barred, six months' rotation, and a screen lock after
// idleness. It keeps nothing itself: accounts and sessions are the store's, through [AccountStore] and [SessionStore].
package auth
