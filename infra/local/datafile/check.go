package datafile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// tree is a bbolt file that is read without bbolt, which neither stops at a page
// that leads back to itself nor survives one that the file has lost.
type tree struct {
	file io.ReaderAt
	page int64           // bytes
	high uint64          // pages
	seen map[uint64]bool // pages in use
}

// Offsets and marks of the format.
const (
	headerSize  = 16 // id, flags uint16, count uint16, overflow uint32
	elementSize = 16 // of a branch: pos, ksize uint32, id; of a leaf: flags, pos, ksize, vsize uint32
	bucketSize  = 16 // root, sequence
	branchFlag  = 1
	leafFlag    = 2
	freeFlag    = 16
	subBucket   = 1
	magic       = 0xED0CDAED
	noFreelist  = ^uint64(0)
)

var order = binary.NativeEndian

// check reads every page that is in use. A new file is as it should be.
func check(path string) (err error) {
	f, err := os.Open(path) //nolint:gosec // of the data folder
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	m := newest(f)
	if m == nil {
		return errors.New("its head is not a database's")
	}
	t := &tree{file: f, page: int64(order.Uint32(m[8:])), high: order.Uint64(m[40:]), seen: map[uint64]bool{}}
	if need := int64(t.high) * t.page; t.high > 1<<40 || need > info.Size() { //nolint:gosec // below 2^40 pages
		return fmt.Errorf("it has %d of %d bytes", info.Size(), need)
	}
	if err := t.walk(order.Uint64(m[16:]), &keys{}); err != nil {
		return err
	}
	return t.free(order.Uint64(m[32:]))
}

// newest is the newer of the two heads, without its page's header: magic, version,
// page size, flags, root bucket, free list, pages, transaction, checksum. Nil: none
// is intact.
func newest(f io.ReaderAt) (m []byte) {
	for at := int64(0); at <= 1<<24; at = max(1024, 2*at) {
		b := make([]byte, 64)
		if _, err := f.ReadAt(b, at+headerSize); err != nil {
			return m
		}
		sum := fnv.New64a()
		_, _ = sum.Write(b[:56])
		if order.Uint32(b) == magic && order.Uint64(b[56:]) == sum.Sum64() && (m == nil || order.Uint64(b[48:]) > order.Uint64(m[48:])) {
			m = b
		}
	}
	return m
}

// keys of one bucket, which ascend; those of a branch are the first below it.
type keys struct {
	last   []byte
	branch bool // last is a branch's: the same one follows
	any    bool
}

func (k *keys) next(key []byte, branch bool) error {
	if c := bytes.Compare(k.last, key); k.any && (c > 0 || (c == 0 && !k.branch)) {
		return errors.New("its keys are out of order")
	}
	*k = keys{bytes.Clone(key), branch, true}
	return nil
}

// take reads a page that nothing else is in, and returns its flags and elements.
func (t *tree) take(id uint64) (flags, count uint16, data []byte, err error) {
	head := make([]byte, headerSize)
	if id < 2 || id >= t.high {
		return 0, 0, nil, fmt.Errorf("page %d is not there", id)
	}
	if _, err := t.file.ReadAt(head, int64(id)*t.page); err != nil { //nolint:gosec // below high
		return 0, 0, nil, err
	}
	more := uint64(order.Uint32(head[12:]))
	if order.Uint64(head) != id || id+more >= t.high {
		return 0, 0, nil, fmt.Errorf("page %d is another's", id)
	}
	for i := id; i <= id+more; i++ {
		if t.seen[i] {
			return 0, 0, nil, fmt.Errorf("page %d is used twice", i)
		}
		t.seen[i] = true
	}
	data = make([]byte, int64(more+1)*t.page)                                      //nolint:gosec // below high
	_, err = t.file.ReadAt(data, int64(id)*t.page)                                 //nolint:gosec // below high
	return order.Uint16(head[8:]), order.Uint16(head[10:]), data[headerSize:], err //nolint:nilerr // returned
}
