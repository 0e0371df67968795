package aws

import (
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// take hides and returns what is visible now.
func (q *Queue) take(r Receive) ([]Message, error) {
	due, ok := q.nextDue()
	if !ok || due.After(q.server.now()) {
		return nil, nil
	}
	var got []Message
	var dead *Queue
	letters := q.server.has().queues[q.DeadLetter]
	err := q.server.store.update(func(tx *bolt.Tx) error {
		got, dead = nil, nil
		now := q.server.now()
		b := q.bucket(tx)
		for len(got) < max(r.Max, 1) {
			key, ok := b.visible(now)
			if !ok {
				return nil
			}
			m, err := b.read(key)
			if err != nil {
				return err
			}
			switch {
			case q.Retention > 0 && now.Sub(m.Sent) > q.Retention:
				err = b.remove(key, m)
			case q.MaxReceiveCount > 0 && m.Receives >= q.MaxReceiveCount && letters != nil:
				dead = letters
				err = q.bury(tx, key, m, dead)
			default:
				m, err = b.receive(key, m, now, now.Add(r.Visibility))
				got = append(got, m.message(key, string(b.body.Get(key))))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("receive from %s: %w", q.Name, err)
	}
	if dead != nil {
		dead.more.tell()
	}
	return got, nil
}

// bury moves a message to the dead letter queue; it keeps its id and age.
func (q *Queue) bury(tx *bolt.Tx, key []byte, m stored, dead *Queue) error {
	b := q.bucket(tx)
	body := string(b.body.Get(key))
	if err := b.remove(key, m); err != nil {
		return err
	}
	m.Due, m.Receives, m.First = q.server.now(), 0, time.Time{}
	return dead.put(tx, m, body)
}

func (q *Queue) nextDue() (due time.Time, ok bool) {
	_ = q.server.store.view(func(tx *bolt.Tx) error {
		k, _ := q.bucket(tx).due.Cursor().First()
		if ok = k != nil; ok {
			due = dueTime(k)
		}
		return nil
	})
	return due, ok
}
