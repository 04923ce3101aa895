gcc demo.c -I/usr/local/include -L/usr/local/lib -lmojo_audio -lm -o demo
./demo
