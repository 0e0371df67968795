package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"strconv"
)

// blocked are ports that no browser connects to, whoever asks and under whatever
// name: https://fetch.spec.whatwg.org/#port-blocking. Those below 1024 need rights.
var blocked = []int{
	1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
}

// freeAddress is an address of this machine that no web page reaches. The engine
// asks for no key and lets every page read its answers (CORS), so the port is
// what keeps pages out.
func freeAddress(ctx context.Context) (string, error) {
	for _, host := range hosts() {
		for _, i := range rand.Perm(len(blocked)) { //nolint:gosec // no secret: it only has to be free
			address := net.JoinHostPort(host, strconv.Itoa(blocked[i]))
			if l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address); err == nil {
				return address, l.Close()
			}
		}
	}
	return "", errors.Join(ctx.Err(), fmt.Errorf("no port is free for the DynamoDB engine, which must have one that browsers refuse: stop another local stack, or a program on one of the ports %v", blocked))
}

// hosts are the loopback addresses to try. Linux has 16 million: one at random is
// nobody else's, so that stacks do not meet on the few ports.
func hosts() []string {
	if runtime.GOOS != "linux" {
		return []string{"127.0.0.1", "::1"}
	}
	n := rand.Uint32() //nolint:gosec // the same
	return []string{fmt.Sprintf("127.%d.%d.%d", n>>16&0xff, n>>8&0xff, 1+n%254), "127.0.0.1", "::1"}
}
