// Sends the chains of stdin with net/http and writes what it got as JSON.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
)

type task struct {
	Ports  map[string]int
	Ca     string
	Body   string
	Chains []struct {
		Name, Method, Url string
		HasBody           bool
		Headers           map[string]string
	}
}

func main() {
	var told task
	file, _ := os.ReadFile(os.Args[1])
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(file)
	if err := json.NewDecoder(os.Stdin).Decode(&told); err != nil {
		panic(err)
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, _ := net.SplitHostPort(address)
		var dialer net.Dialer
		return dialer.DialContext(ctx, network, "127.0.0.1:"+strconv.Itoa(told.Ports[port]))
	}
	client := http.Client{Transport: &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: roots}}}
	got := map[string]map[string]any{}
	for _, chain := range told.Chains {
		var request *http.Request
		if chain.HasBody {
			request, _ = http.NewRequest(chain.Method, chain.Url, strings.NewReader(told.Body))
		} else {
			request, _ = http.NewRequest(chain.Method, chain.Url, nil)
		}
		for name, value := range chain.Headers {
			request.Header.Set(name, value)
		}
		answer, err := client.Do(request)
		if err != nil {
			got[chain.Name] = map[string]any{"error": err.Error()}
			continue
		}
		answer.Body.Close()
		got[chain.Name] = map[string]any{"status": answer.StatusCode}
	}
	json.NewEncoder(os.Stdout).Encode(got)
}
