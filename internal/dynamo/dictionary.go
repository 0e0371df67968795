package dynamo

import (
	"embed"
	"fmt"
	"strconv"

	"github.com/klauspost/compress/zstd"
)

// dictionaries are what bodies are compressed with, by version, which each body names. One
// that was ever written with stays in the binary for ever, byte for byte: infra/dictionary
// makes the next.
//
//go:embed dictionaries
var dictionaries embed.FS

// Versions of bodies. Readers know them all.
const (
	plain    = 0 // without a dictionary
	samples1 = 1 // the first, of the samples in events/
)

// asked is the version that bodies are written with where the dictionary is asked for. It
// follows the readers by a release: functions are replaced one after another, and a release
// may be taken back.
const asked = samples1

// newest is the last version that readers know.
const newest = samples1

// dictionary is that of a version.
func dictionary(version uint32) ([]byte, error) {
	content, err := dictionaries.ReadFile("dictionaries/" + strconv.FormatUint(uint64(version), 10))
	if err != nil {
		return nil, fmt.Errorf("dictionary %d: %w", version, err)
	}
	return content, nil
}

// newEncoder writes bodies of a version.
func newEncoder(version uint32, level zstd.EncoderLevel) (*zstd.Encoder, error) {
	options := []zstd.EOption{zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1 << 20), zstd.WithLowerEncoderMem(true), zstd.WithEncoderLevel(level)}
	if version != plain {
		content, err := dictionary(version)
		if err != nil {
			return nil, err
		}
		options = append(options, zstd.WithEncoderDictRaw(version, content))
	}
	return zstd.NewWriter(nil, options...)
}

// newDecoder reads bodies of every version.
func newDecoder() (*zstd.Decoder, error) {
	options := []zstd.DOption{zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxBody)}
	for version := uint32(plain + 1); version <= newest; version++ {
		content, err := dictionary(version)
		if err != nil {
			return nil, err
		}
		options = append(options, zstd.WithDecoderDictRaw(version, content))
	}
	return zstd.NewReader(nil, options...)
}
