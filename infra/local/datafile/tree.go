package datafile

import (
	"errors"
	"fmt"
)

// walk reads the pages of a bucket from its root.
func (t *tree) walk(id uint64, k *keys) error {
	flags, count, data, err := t.take(id)
	switch {
	case err != nil:
		return err
	case flags == leafFlag:
		return t.leaf(data, int(count), k)
	case flags != branchFlag || count == 0:
		return fmt.Errorf("page %d is of no known kind", id)
	}
	for i := range int(count) {
		e, err := part(data, i*elementSize, elementSize)
		if err != nil {
			return err
		}
		key, err := part(data, i*elementSize+int(order.Uint32(e)), int(order.Uint32(e[4:])))
		if err == nil {
			err = k.next(key, true)
		}
		if err == nil {
			err = t.walk(order.Uint64(e[8:]), k)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tree) leaf(data []byte, count int, k *keys) error {
	for i := range count {
		e, err := part(data, i*elementSize, elementSize)
		if err != nil {
			return err
		}
		at, size := i*elementSize+int(order.Uint32(e[4:])), int(order.Uint32(e[8:]))
		key, err := part(data, at, size)
		if err == nil {
			err = k.next(key, false)
		}
		if err != nil {
			return err
		}
		value, err := part(data, at+size, int(order.Uint32(e[12:])))
		if err == nil && order.Uint32(e)&subBucket != 0 {
			err = t.bucket(value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bucket reads a bucket in a bucket: its pages, or the one inside the value.
func (t *tree) bucket(value []byte) error {
	head, err := part(value, 0, bucketSize)
	if err != nil {
		return err
	}
	if root := order.Uint64(head); root != 0 {
		return t.walk(root, &keys{})
	}
	inside, err := part(value, bucketSize, headerSize)
	if err != nil {
		return err
	}
	if order.Uint16(inside[8:]) != leafFlag {
		return errors.New("a bucket is of no known kind")
	}
	return t.leaf(value[bucketSize+headerSize:], int(order.Uint16(inside[10:])), &keys{})
}

// free reads the list of free pages, if one was kept.
func (t *tree) free(id uint64) error {
	if id == noFreelist {
		return nil
	}
	flags, count, data, err := t.take(id)
	if err != nil {
		return err
	}
	n := int(count)
	if n == 0xFFFF { // then the first is the number
		n, data = int(min(order.Uint64(data), t.high)), data[8:] //nolint:gosec // below high
	}
	list, err := part(data, 0, 8*n)
	if err != nil || flags != freeFlag {
		return errors.Join(errors.New("the list of free pages is damaged"), err)
	}
	for ; len(list) > 0; list = list[8:] {
		page := order.Uint64(list)
		if page < 2 || page >= t.high || t.seen[page] {
			return fmt.Errorf("page %d is in use and free", page)
		}
		t.seen[page] = true
	}
	return nil
}

// part is data[from:from+size], if there is as much.
func part(data []byte, from, size int) ([]byte, error) {
	if from < 0 || size < 0 || from > len(data) || size > len(data)-from {
		return nil, errors.New("a page ends early")
	}
	return data[from : from+size], nil
}
