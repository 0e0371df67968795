package webhook

import (
	"encoding/binary"
	"math/bits"
)

// A text is looked at in words of eight bytes, the first of them lowest.
const (
	wordSize = 8
	ones     = 0x0101010101010101
	highs    = 0x80 * ones
)

// word returns the eight bytes at i. After the end of b there are zeros, which are no
// part of any JSON text.
func word(b []byte, i int) uint64 {
	if i >= 0 && i <= len(b)-wordSize { // 0 is for the compiler, which checks it anyway
		return binary.LittleEndian.Uint64(b[i : i+wordSize])
	}
	return lastWord(b, i)
}

func lastWord(b []byte, i int) (x uint64) {
	for j := min(len(b), i+wordSize) - 1; j >= i; j-- {
		x = x<<8 | uint64(b[j])
	}
	return x
}

// shown returns how many of the bytes, first to last, are ASCII and no control characters.
func shown(x uint64) int {
	del := x ^ 0x7f*ones
	return bits.TrailingZeros64((x|(x-' '*ones)|(del-ones))&highs) / 8
}

// then returns m if all of n was plain, else 0, without a branch: most texts end in either
// of two words.
func then(n, m int) int { return m & -(n / wordSize) }

// spaces returns how many of the bytes, first to last, are spaces.
func spaces(x uint64) int { return bits.TrailingZeros64(x^' '*ones) / 8 }

// first returns the first n bytes, with zeros after them.
func first(x uint64, n int) uint64 { return x & (1<<(8*n) - 1) }

// odd returns something but 0 if one of the bytes is a capital or not ASCII. All of
// Stripe's keys are snake_case.
func odd(x uint64) uint64 {
	capital := (x + (0x80-'A')*ones) &^ (x + (0x80-'Z'-1)*ones)
	return (x | capital) & highs
}
