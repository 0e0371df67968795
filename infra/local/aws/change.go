package aws

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"

	"github.com/payhooks/payhooks/internal/rawjson"
)

// table is a table whose stream is captured.
type table struct {
	name   string
	keys   []string // the attributes of its key
	stream *Stream
}

// change is one write to a table with a stream, about to happen.
type change struct {
	table   *table
	key     attributes
	item    attributes // the whole item of a put, nil otherwise
	deletes bool
	removes []string // attributes that the item does not have afterwards
	wanted  bool     // a consumer's filter takes it, as far as is known
	isNew   bool     // the write succeeds only if the item is not there
	existed bool     // before the write
}

// changes lists what a call may write to tables with a stream.
func (s *Server) changes(operation string, in tableRequest) ([]change, error) {
	switch operation {
	case "PutItem", "UpdateItem", "DeleteItem":
		return s.change(nil, in, operation == "DeleteItem"), nil
	case "TransactWriteItems":
		var all []change
		for _, item := range in.TransactItems {
			for kind, entry := range item {
				if kind != "ConditionCheck" {
					all = s.change(all, entry, kind == "Delete")
				}
			}
		}
		return all, nil
	case "BatchWriteItem":
		return s.batchChanges(in.RequestItems)
	}
	return nil, nil
}

func (s *Server) batchChanges(items map[string]json.RawMessage) ([]change, error) {
	var all []change
	for name, raw := range items {
		r := rawjson.New(raw)
		entries := readEntries(r)
		if !r.OK() {
			return nil, errors.New("the writes of the batch cannot be read")
		}
		for _, item := range entries {
			for kind, entry := range item {
				entry.TableName = name
				all = s.change(all, entry, kind == "DeleteRequest")
			}
		}
	}
	return all, nil
}

func (s *Server) change(all []change, in tableRequest, deletes bool) []change {
	name := in.TableName[strings.LastIndex(in.TableName, "/")+1:] // an ARN names the table at its end
	t := s.has().tables[name]
	if t == nil {
		return all
	}
	c := change{table: t, item: in.Item, key: in.Key, deletes: deletes, removes: removed(in)}
	if in.Item != nil {
		c.key = attributes{}
		for _, k := range t.keys {
			c.key[k] = in.Item[k]
		}
	}
	c.isNew = in.Item != nil && onlyIfAbsent(in, t.keys)
	return append(all, c)
}

var notExists = regexp.MustCompile(`^\s*attribute_not_exists\s*\(\s*([^\s()]+)\s*\)\s*$`)

// onlyIfAbsent reports whether the condition is that the item is not there.
func onlyIfAbsent(in tableRequest, keys []string) bool {
	m := notExists.FindStringSubmatch(in.ConditionExpression)
	if m == nil {
		return false
	}
	name := m[1]
	if actual, ok := in.Names[name]; ok {
		name = actual
	}
	for _, k := range keys {
		if k == name {
			return true
		}
	}
	return false
}

// id names the item for locks.
func (c change) id() string { return string(appendItem([]byte(c.table.name), c.key)) }

// record is the change as the stream has it; nil when nothing changed.
func (s *Stream) record(c change, image attributes, seq uint64) (json.RawMessage, error) {
	name := "MODIFY"
	switch {
	case image == nil && !c.existed:
		return nil, nil
	case image == nil:
		name = "REMOVE"
	case !c.existed:
		name = "INSERT"
	}
	out, size := s.head(name, seq), sizeOf(c.key)
	out = appendItem(append(out, `"Keys":`...), c.key)
	if image != nil && s.view == "NEW_IMAGE" {
		out = appendItem(append(out, `,"NewImage":`...), image)
		size += sizeOf(image)
	}
	return fmt.Appendf(out, `,"SizeBytes":%d,"StreamViewType":%q}}`, size, s.view), nil
}

// head is the record's JSON up to its keys. None of its texts has a character to escape.
func (s *Stream) head(name string, seq uint64) []byte {
	return fmt.Appendf(make([]byte, 0, 4<<10),
		`{"eventID":"%032x","eventName":%q,"eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":%q,"eventSourceARN":%q,"dynamodb":{"ApproximateCreationDateTime":%d,"SequenceNumber":%q,`,
		seq, name, s.server.template().Region, s.ARN, s.server.now().Unix(), sequence(seq))
}

// appendItem appends attributes as they are, in the order of their names: an item has one
// text only, by which it is named.
func appendItem(out []byte, a attributes) []byte {
	out = append(out, '{')
	for i, name := range slices.Sorted(maps.Keys(a)) {
		if i > 0 {
			out = append(out, ',')
		}
		quoted, _ := json.Marshal(name) // a text always is
		out = append(append(out, quoted...), ':')
		if len(a[name]) == 0 { // a key that a call leaves out, which the engine refuses
			out = append(out, "null"...)
		}
		out = append(out, a[name]...)
	}
	return append(out, '}')
}

func sizeOf(a attributes) int {
	n := 0
	for k, v := range a {
		n += len(k) + len(v)
	}
	return n
}

// wants reports whether any consumer's filter can take the record.
func (s *Stream) wants(record json.RawMessage) bool {
	if len(s.filters) == 0 {
		return true
	}
	for _, f := range s.filters {
		if ok, err := f.Match(record); ok || err != nil {
			return true
		}
	}
	return false
}

// append adds the change to the stream unless nobody can want it.
func (s *Stream) append(tx *bolt.Tx, c change, image attributes) (added bool, err error) {
	b := s.records(tx)
	seq, err := b.NextSequence()
	if err != nil {
		return false, err
	}
	record, err := s.record(c, image, seq)
	if err != nil || record == nil || !c.wanted && !s.wants(record) {
		return false, err
	}
	//nolint:gosec // now is after 1970
	at := seqKey(uint64(s.server.now().UnixMilli()))
	return true, b.Put(seqKey(seq), append(at, record...))
}
