package station

import (
	"context"
	"sync"
)

// locks serialises work on one thing by its key. The zero value is ready. It exists because one process holds the data
// folder (R17.6): within it, two goroutines never work on the same intake, document or printer.
type locks struct {
	mu   sync.Mutex
	held map[string]*heldKey
}

type heldKey struct {
	turn  chan struct{} // holds one token while the key is free
	users int
}

// lock waits for the key until ctx ends. The caller calls unlock once.
func (l *locks) lock(ctx context.Context, key string) (unlock func(), err error) {
	k := l.join(key)
	select {
	case <-k.turn:
		return func() { k.turn <- struct{}{}; l.leave(key, k) }, nil
	case <-ctx.Done():
		l.leave(key, k)
		return nil, ctx.Err()
	}
}

// tryLock does not wait.
func (l *locks) tryLock(key string) (unlock func(), ok bool) {
	k := l.join(key)
	select {
	case <-k.turn:
		return func() { k.turn <- struct{}{}; l.leave(key, k) }, true
	default:
		l.leave(key, k)
		return nil, false
	}
}

func (l *locks) join(key string) *heldKey {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = map[string]*heldKey{}
	}
	k := l.held[key]
	if k == nil {
		k = &heldKey{turn: make(chan struct{}, 1)}
		k.turn <- struct{}{}
		l.held[key] = k
	}
	k.users++
	return k
}

func (l *locks) leave(key string, k *heldKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k.users--
	if k.users == 0 {
		delete(l.held, key)
	}
}
