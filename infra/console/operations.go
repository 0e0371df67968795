package console

import "sync"

// operations are the bulk changes that run in this console, or ran.
type operations struct {
	mu sync.Mutex
}

func (o *operations) stop() {}
