// Calls the gateway at a steady pace with Go's HTTP client, every second one a stream; a line a call, until SIGTERM.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

type plan struct {
	URL     string  `json:"url"`
	Key     string  `json:"key"`
	Model   string  `json:"model"`
	EveryMs float64 `json:"everyMs"`
}

type result struct {
	At     float64 `json:"at"`
	Ms     float64 `json:"ms"`
	Stream bool    `json:"stream"`
	Failed *string `json:"failed"`
}

var client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second}}

func main() {
	var wanted plan
	if err := json.Unmarshal([]byte(os.Args[1]), &wanted); err != nil {
		panic(err)
	}
	ending := make(chan os.Signal, 1)
	signal.Notify(ending, syscall.SIGTERM)
	pace := time.NewTicker(time.Duration(wanted.EveryMs * float64(time.Millisecond)))
	var running sync.WaitGroup
	var output sync.Mutex
	for stream := false; ; stream = !stream {
		running.Add(1)
		go func(stream bool) {
			defer running.Done()
			line, _ := json.Marshal(call(wanted, stream))
			output.Lock()
			defer output.Unlock()
			fmt.Println(string(line))
		}(stream)
		select {
		case <-pace.C:
		case <-ending:
			running.Wait()
			return
		}
	}
}

func call(wanted plan, stream bool) result {
	begin := time.Now()
	made := result{At: float64(begin.UnixMicro()) / 1000, Stream: stream}
	if err := ask(wanted, stream); err != nil {
		text := err.Error()
		made.Failed = &text
	}
	made.Ms = float64(time.Since(begin).Microseconds()) / 1000
	return made
}

func ask(wanted plan, stream bool) error {
	body := fmt.Sprintf(`{"model":%q,"stream":%t,"messages":[{"role":"user","content":"hello"}]}`, wanted.Model, stream)
	request, err := http.NewRequest("POST", wanted.URL+"/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+wanted.Key)
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	end := "Hello"
	if stream {
		end = "[DONE]"
	}
	if response.StatusCode != 200 || !strings.Contains(string(text), end) {
		return fmt.Errorf("%d %.200s", response.StatusCode, text)
	}
	return nil
}
