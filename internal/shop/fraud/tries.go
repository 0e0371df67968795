package fraud

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/fnv"
	"slices"
)

// most is how many failures a source keeps, the newest. Ten thousand of them take
// some 50 KB, however often a card is tried.
const most = 10_000

// try is a failed charge: when it was made, in Unix seconds, and 16 bits of its id,
// enough to distinguish those of one second.
type try struct {
	at int64
	id uint16
}

// tries are a set, in order.
type tries []try

func tryOf(charge string, at int64) try {
	h := fnv.New32a()
	_, _ = h.Write([]byte(charge))
	sum := h.Sum32()
	return try{at, uint16(sum>>16) ^ uint16(sum&0xffff)} //nolint:gosec // 16 bits of it
}

func (a try) compare(b try) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id)) }

// union keeps the newest: what one side left out is older than all that it kept.
func (ts tries) union(us tries) tries {
	all := append(make(tries, 0, len(ts)+len(us)), ts...)
	for _, u := range us {
		if i, found := slices.BinarySearchFunc(all, u, try.compare); !found {
			all = slices.Insert(all, i, u)
		}
	}
	return all[max(0, len(all)-most):]
}

func (ts tries) has(t try) bool {
	_, found := slices.BinarySearchFunc(ts, t, try.compare)
	return found
}

// MarshalJSON writes how many seconds after the one before each was made, and its id.
func (ts tries) MarshalJSON() ([]byte, error) {
	var data []byte
	last := int64(0)
	for _, t := range ts {
		data = binary.AppendVarint(data, t.at-last)
		data = binary.BigEndian.AppendUint16(data, t.id)
		last = t.at
	}
	return json.Marshal(base64.RawStdEncoding.EncodeToString(data))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (ts *tries) UnmarshalJSON(text []byte) error {
	var coded string
	if err := json.Unmarshal(text, &coded); err != nil {
		return err
	}
	data, err := base64.RawStdEncoding.DecodeString(coded)
	if err != nil {
		return err
	}
	*ts = nil
	last := int64(0)
	for len(data) > 0 {
		after, n := binary.Varint(data)
		if n <= 0 || len(data) < n+2 {
			return errors.New("failures are cut short")
		}
		last += after
		*ts = append(*ts, try{last, binary.BigEndian.Uint16(data[n:])})
		data = data[n+2:]
	}
	return nil
}
