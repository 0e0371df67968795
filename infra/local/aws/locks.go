package aws

import (
	"slices"
	"sync"
)

// keyLocks gives one lock per key. The zero value is usable.
type keyLocks struct {
	mu   sync.Mutex
	held map[string]*keyLock
}

type keyLock struct {
	mu    sync.Mutex
	users int
}

// lock takes the locks of all keys and returns what gives them back. Callers
// never wait for each other in a circle: keys are taken in order.
func (l *keyLocks) lock(keys ...string) (unlock func()) {
	keys = slices.Clone(keys)
	slices.Sort(keys)
	keys = slices.Compact(keys)
	locks := make([]*keyLock, len(keys))
	for i, key := range keys {
		locks[i] = l.join(key)
		locks[i].mu.Lock()
	}
	return func() {
		for i, key := range keys {
			locks[i].mu.Unlock()
			l.leave(key)
		}
	}
}

func (l *keyLocks) join(key string) *keyLock {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = map[string]*keyLock{}
	}
	k := l.held[key]
	if k == nil {
		k = &keyLock{}
		l.held[key] = k
	}
	k.users++
	return k
}

func (l *keyLocks) leave(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.held[key]
	if k.users--; k.users == 0 {
		delete(l.held, key)
	}
}
