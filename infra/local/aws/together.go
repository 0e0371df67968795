package aws

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"sync"
)

// together sends writes that wait for the engine at the same time in one transaction: the
// engine syncs each transaction to disk before it begins the next, so a load of single
// writes would be as slow as the disk. A write that waits for no other is sent alone. Its
// caller sees no difference: each write succeeds or fails independently.
type together struct {
	mu      sync.Mutex
	waiting []*engineWrite
	busy    bool
}

// engineWrite is a put, an update or a deletion of one item, whose caller waits.
type engineWrite struct {
	operation string
	body      []byte
	item      string // that no other write of the transaction may have
	done      chan written
}

type written struct {
	res *reply
	err error
}

// What goes into one transaction at most; DynamoDB takes 100 writes and 4 MB.
const (
	mostTogether  = 50
	bytesTogether = 1 << 20
)

// entries are the operations that a transaction can have, by their names there.
var entries = map[string]string{"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}

// inEntry are the members of such calls that an entry of a transaction has, too. A call
// with any other asks for an answer that a transaction does not give.
var inEntry = map[string]bool{
	"TableName": true, "Key": true, "Item": true, "UpdateExpression": true, "ConditionExpression": true,
	"ExpressionAttributeNames": true, "ExpressionAttributeValues": true, "ReturnValuesOnConditionCheckFailure": true,
}

// itemOf names the item that a call writes; empty if it has to go alone.
func (s *Server) itemOf(operation string, in tableRequest) string {
	if entries[operation] == "" || in.alone || s.counter.on.Load() {
		return ""
	}
	arn := s.tableARN(in.TableName)
	keys := s.keyNames(arn)
	of := in.named(operation)
	if keys == nil || of == nil {
		return ""
	}
	key := attributes{}
	for _, k := range keys {
		key[k] = of[k]
	}
	return string(appendItem([]byte(arn), key))
}

// write forwards a write, with others if there are any.
func (s *Server) write(operation, item string, body []byte) (*reply, error) {
	w := &engineWrite{operation, body, item, make(chan written, 1)}
	t := &s.together
	t.mu.Lock()
	t.waiting = append(t.waiting, w)
	begin := !t.busy
	t.busy = true
	t.mu.Unlock()
	if begin {
		go s.writeAll() // its callers wait for it
	}
	out := <-w.done
	return out.res, out.err
}

// writeAll runs until nobody waits.
func (s *Server) writeAll() {
	for {
		batch := s.together.next()
		if len(batch) == 0 {
			return
		}
		s.writeBatch(batch)
	}
}

// next takes what goes into one transaction, in the order in which it came.
func (t *together) next() (batch []*engineWrite) {
	t.mu.Lock()
	defer t.mu.Unlock()
	items, size := map[string]bool{}, 0
	t.waiting = slices.DeleteFunc(t.waiting, func(w *engineWrite) bool {
		size += len(w.body)
		if items[w.item] || len(batch) == mostTogether || len(batch) > 0 && size > bytesTogether {
			return false
		}
		items[w.item] = true
		batch = append(batch, w)
		return true
	})
	t.busy = len(batch) > 0
	return batch
}

// writeBatch sends the writes. Those that cancelled the transaction are sent alone, so that
// their callers get the engine's own answers, and the others together again.
func (s *Server) writeBatch(batch []*engineWrite) {
	for len(batch) > 1 {
		res, err := s.forward("TransactWriteItems", transaction(batch))
		if err != nil || res.status == http.StatusOK || res.status >= http.StatusInternalServerError {
			for _, w := range batch {
				w.done <- written{answerTo(res), err}
			}
			return
		}
		refused := res.refused(len(batch))
		var rest []*engineWrite
		for i, w := range batch {
			if refused == nil || refused[i] {
				s.writeAlone(w)
			} else {
				rest = append(rest, w)
			}
		}
		batch = rest
	}
	for _, w := range batch {
		s.writeAlone(w)
	}
}

func (s *Server) writeAlone(w *engineWrite) {
	res, err := s.forward(w.operation, w.body)
	w.done <- written{res, err}
}

// transaction has each call as an entry, as it came.
func transaction(batch []*engineWrite) []byte {
	var b bytes.Buffer
	for i, w := range batch {
		before := ","
		if i == 0 {
			before = `{"TransactItems":[`
		}
		for _, part := range []string{before, `{"`, entries[w.operation], `":`} {
			b.WriteString(part)
		}
		b.Write(w.body)
		b.WriteByte('}')
	}
	b.WriteString("]}")
	return b.Bytes()
}

// answerTo is the answer to one write of a transaction that was committed, or whose outcome
// is not known.
func answerTo(res *reply) *reply {
	if res == nil || res.status != http.StatusOK {
		return res
	}
	return &reply{http.StatusOK, http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, []byte("{}")}
}

// refused are the writes of a transaction that its answer names; nil if it names none.
func (r *reply) refused(n int) []bool {
	var said struct{ CancellationReasons []struct{ Code string } }
	if json.Unmarshal(r.body, &said) != nil || len(said.CancellationReasons) != n {
		return nil
	}
	refused := make([]bool, n)
	for i, reason := range said.CancellationReasons {
		refused[i] = reason.Code != "" && reason.Code != "None"
	}
	if !slices.Contains(refused, true) {
		return nil
	}
	return refused
}
