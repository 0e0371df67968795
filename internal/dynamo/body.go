package dynamo

import (
	"context"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/payhooks/payhooks/internal/event"
)

const (
	itemLimit = 400 << 10
	// reserve is kept free in every event's item for what is written to it
	// later: a stored event whose fan-out cannot be noted would be stuck.
	reserve = 2 << 10
	// maxBody bounds what decompression may allocate.
	maxBody = 16 << 20
)

// One encoder and decoder serve all calls, one at a time each: a function has
// one or two cores, and every further one holds megabytes of state.
var (
	encoder = sync.OnceValues(func() (*zstd.Encoder, error) { return newEncoder(writes) })
	decoder = sync.OnceValues(newDecoder)
)

// PrepareBodies takes the memory that storing the first event would take.
func PrepareBodies(context.Context) { _, _ = compress([]byte("{}")) }

func compress(body []byte) ([]byte, error) {
	if len(body) > maxBody {
		return nil, fmt.Errorf("body of %d bytes: %w", len(body), event.ErrTooLarge)
	}
	e, err := encoder()
	if err != nil {
		return nil, fmt.Errorf("compress body: %w", err)
	}
	return e.EncodeAll(body, make([]byte, 0, 64+len(body)/2)), nil
}

// Unpack returns the signed bytes from the attribute body of an event's item.
func Unpack(data []byte) ([]byte, error) { return decompress(data) }

func decompress(data []byte) ([]byte, error) {
	if data == nil {
		return nil, fmt.Errorf("body is missing: %w", event.ErrInvalid)
	}
	d, err := decoder()
	if err != nil {
		return nil, fmt.Errorf("decompress body: %w", err)
	}
	body, err := d.DecodeAll(data, nil)
	if err != nil {
		return nil, fmt.Errorf("decompress body: %w: %w", event.ErrInvalid, err)
	}
	return body, nil
}
