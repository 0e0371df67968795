package dynamo

import (
	"context"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
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

// One decoder serves all calls, and one packer those of its Tables, one at a time each: a
// function has one or two cores, and every further one holds megabytes of state.
var decoder = sync.OnceValues(newDecoder)

// packer compresses bodies: quickly, and densely where that may save a write unit.
// The tables of the dense encoder are five times as large, most events need none of it, and
// touching them for the first time takes as long as all else that an event takes.
type packer struct{ quick, dense func() (*zstd.Encoder, error) }

func newPacker(version uint32) *packer {
	return &packer{
		quick: sync.OnceValues(func() (*zstd.Encoder, error) { return newEncoder(version, zstd.SpeedFastest) }),
		dense: sync.OnceValues(func() (*zstd.Encoder, error) { return newEncoder(version, zstd.SpeedDefault) }),
	}
}

// unit is what DynamoDB counts an item in when it is written.
const unit = 1 << 10

// pack adds the body to an item that has all else. A dense body is seldom shorter by more than
// a tenth, hence the eighth: no sample in events/ costs a unit more than if all were dense.
func (p *packer) pack(it item, body []byte) error {
	packed, err := encode(p.quick, body)
	if err != nil {
		return err
	}
	it["body"] = &ddb.AttributeValueMemberB{Value: packed}
	if begun := (it.written()-1)%unit + 1; begun > len(packed)/8 {
		return nil
	}
	if packed, err = encode(p.dense, body); err == nil {
		it["body"] = &ddb.AttributeValueMemberB{Value: packed}
	}
	return err
}

func encode(open func() (*zstd.Encoder, error), body []byte) ([]byte, error) {
	if len(body) > maxBody {
		return nil, fmt.Errorf("body of %d bytes: %w", len(body), event.ErrTooLarge)
	}
	e, err := open()
	if err != nil {
		return nil, fmt.Errorf("compress body: %w", err)
	}
	return e.EncodeAll(body, make([]byte, 0, 64+len(body)/2)), nil
}

// start is how a body of Stripe's begins.
const start = `{"id":"evt_1PqvCzFvKjHc4uWm","object":"event","api_version":"2023-10-16","created":1719500000,"data":{"object":{"id":"ch_3Pqv"}},"livemode":false}`

// PrepareBodies does what storing the first event would wait for: it makes the tables and,
// where bodies have one, reads the dictionary. A body as long as an event's would touch a few
// more pages of memory; while a process starts that costs twice what it saves.
func (t *Tables) PrepareBodies(context.Context) { _, _ = encode(t.bodies.quick, []byte(start)) }

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
