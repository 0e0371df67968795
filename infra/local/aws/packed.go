package aws

import (
	"bytes"
	"compress/gzip"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"
)

// zipFrom is from how many bytes on DynamoDB zips an answer, about.
const zipFrom = 1 << 10

// packed is an answer as DynamoDB sends it: compressed if it is long and the client accepts gzip,
// with the checksum of what is sent.
func (r *reply) packed(accepts string) *reply {
	p := reply{r.status, r.header.Clone(), r.body}
	if p.header == nil {
		p.header = http.Header{}
	}
	if len(r.body) > zipFrom && strings.Contains(accepts, "gzip") {
		var zipped bytes.Buffer
		z := gzip.NewWriter(&zipped)
		_, _ = z.Write(r.body) // into memory
		_ = z.Close()
		p.body = zipped.Bytes()
		p.header.Set("Content-Encoding", "gzip")
		p.header.Del("Content-Length")
	}
	p.header.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(p.body)), 10))
	return &p
}
